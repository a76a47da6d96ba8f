"""Side by side: the same model behind Vigie and behind the servers that a bank would take instead."""
