"""The words people use about Azure, read one phrase at a time: no guessing, and no word is dropped."""
