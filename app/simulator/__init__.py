"""A carrier and phones that live in a browser or a load test; no part of a real deployment."""
