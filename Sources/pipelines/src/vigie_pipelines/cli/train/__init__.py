"""`vigie-pipelines train DOMAIN`, one module a domain."""
