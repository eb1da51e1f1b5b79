//! CIFAR-10, CIFAR-100 and folders of pictures: datasets, transforms and a data loader.
