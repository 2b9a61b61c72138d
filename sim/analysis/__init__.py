"""What can be asked of worlds that were simulated: why one came out as it did, and which contradict the record."""
