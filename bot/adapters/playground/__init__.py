"""The playground: a whole little world in one browser page, an adapter on the core like any other."""
