"""What proves that syncproof does what it says."""
