"""The JSON API for operators' own programs."""
