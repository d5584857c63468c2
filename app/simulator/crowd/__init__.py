"""Crowds of simulated people who text to a running server, and an account of what came of it."""
