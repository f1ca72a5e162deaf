"""Right answers, computed (hidden) or stored (public), and how an answer is compared with them."""
