"""Real processes, real servers, and clients as users have them."""
