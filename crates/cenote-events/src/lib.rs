//! TensorBoard event files: a SummaryWriter, and an index that reads every record back.
