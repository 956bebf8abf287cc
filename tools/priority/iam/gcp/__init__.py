"""Google Cloud identity and access management."""
