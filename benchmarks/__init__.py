"""Benchmarks of the order export, run by hand: see README.md."""
