"""What makes and proves a course: references, releases, sample classes."""
