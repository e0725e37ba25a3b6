"""The v5 calls of the comparison API."""
