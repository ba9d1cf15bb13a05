"""HTTP: the API under /api/v1 (every change), pages (GET only), and what stands around both."""
