"""Money that binds services: purses of funds, who allots them, and who is offered a start; knows nothing of files."""
