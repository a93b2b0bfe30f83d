"""Shap-E (Jun and Nichol, arXiv 2305.02463): from a text or a picture to a textured surface."""
