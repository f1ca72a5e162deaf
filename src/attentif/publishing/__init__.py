"""The course as it is shown: a site and, for each module, a deck. All of it is made of ``release/``, what students
receive: nothing that is hidden from them is read, so nothing of it can be shown."""
