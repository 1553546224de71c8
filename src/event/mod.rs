//! What happened, to whom, and what was bought.
