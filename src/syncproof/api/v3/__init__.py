"""The v3 calls of the comparison API."""
