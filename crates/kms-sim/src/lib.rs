//! An AWS KMS simulator that shares no code with the product.
