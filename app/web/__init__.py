"""What a browser or a load balancer asks for: pages, their assets, headers and health."""
