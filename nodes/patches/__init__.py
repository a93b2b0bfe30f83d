"""Changes to models that leave their files alone: LoRAs, and words that a text encoder learned."""
