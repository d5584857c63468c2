"""The operators' console: pages of HTML that need no build and ask no other host."""
