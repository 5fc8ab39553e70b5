"""Making the model agree with a region's figures."""
