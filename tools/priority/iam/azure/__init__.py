"""Azure role-based access control."""
