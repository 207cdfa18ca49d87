/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * h_random.h - random operations on files below /m against a model in memory.
 */

#ifndef _TESTS_H_RANDOM_H_
#define	_TESTS_H_RANDOM_H_

#include <sys/types.h>

/* Directories on an empty file system; begin, rounds and checks, end. */
void	h_random_begin(uint32_t seed);
void	h_random_round(unsigned steps);
void	h_random_check(void);
void	h_random_end(void);

#endif /* !_TESTS_H_RANDOM_H_ */
