"""One suite a port; every adapter sits it, against real servers."""
