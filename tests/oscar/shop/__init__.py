"""The integrator's part of an Oscar shop; docs/oscar.md shows these very files."""
