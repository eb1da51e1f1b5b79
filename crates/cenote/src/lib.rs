//! Every pooling layer of torch.nn, exactly and at memory speed.
