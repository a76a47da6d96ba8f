"""Registry folders: manifest, schema, publishing."""
