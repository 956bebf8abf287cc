"""AWS identity and access management."""
