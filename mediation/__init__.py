"""Letters between a person harmed and a person responsible, through a facilitator who releases each one.

Importing this package imports nothing else: the Python client must not load the web server.
"""
