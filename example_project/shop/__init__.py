"""A small shop that sells by the piece, the kilogram and the metre, and keeps its books in 1C."""
