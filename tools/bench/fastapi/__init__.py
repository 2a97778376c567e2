"""What the HTTP entrypoint costs."""
