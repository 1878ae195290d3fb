"""What an event asks for beforehand: a future exam makes study sessions."""
