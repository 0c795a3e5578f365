//! Nothing of its own: the tests stand beside this folder.
