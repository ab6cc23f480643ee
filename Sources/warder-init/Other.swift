func other() {}
