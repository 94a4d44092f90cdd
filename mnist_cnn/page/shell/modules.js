// Stands behind the page's modules: the page finds them by mnistCnnLoad; a worker, which has no page,
// starts itself. Nothing is exported, because a page from a disk can start it as a script only.
self.mnistCnnLoad = $load;

if (!self.document) $load("worker/worker.js");
