"""What syncproof means: pure values, standard library only."""
