"""Resources: what a household or team shares, and who has it when."""
