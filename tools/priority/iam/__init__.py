"""Who can do what: reasoning over identities and policies of AWS, Azure, Google Cloud and Kubernetes."""
