"""What can be asked of worlds that were simulated: why one of them came out as it did."""
