"""What finds its own time: tasks with a deadline, and blocks that come back every week."""
