"""Every write of the auth service, by topic."""
