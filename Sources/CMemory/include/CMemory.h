/* What the allocator of the system can be asked for. */
#ifndef CMEMORY_H
#define CMEMORY_H

/* Gives memory that was freed back to the system: glibc keeps it else. Does nothing with other libraries. */
void cmemory_give_back(void);

#endif
