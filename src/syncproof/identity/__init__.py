"""Who asks: passwords and tokens, access keys and signatures."""
