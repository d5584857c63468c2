"""Public pages: the same flows as by SMS, what the plan is about, posters, a code's status."""
