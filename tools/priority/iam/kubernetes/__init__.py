"""Kubernetes role-based access control and its links to cloud identities."""
