# SPDX-License-Identifier: BSD-2-Clause
#
# Images made by others, and damaged ones.  Included by ../../Makefile.
#
#   make images         images.sh: walk what makefs, genisoimage, xorriso made
#   make workout        workout.sh: change ext2 images, let e2fsck and others read
#   make cut-ext2       cut_ext2.sh: power cuts, made whole by e2fsck
#   make workout-ffs  workout_ffs.sh: change ffs images, check them bit by bit
#   make workout-v7fs  workout_v7fs.sh: the same of v7fs
#   make workout-msdos  workout_msdos.sh: of FAT, read by fsck.fat, mtools and our fsck
#   make image-regress  replay inputs that once broke something, and seeds
#                       (part of make test)
#   make image-fuzz     build the fuzzers: out/host-fuzz/image/fuzz_*

IMG	:= tests/image
IMGOBJ	:= $(OUT)/k/$(IMG)/walk.o $(OUT)/$(IMG)/host.o
IMGFUZZ	:= $(OUT)/k/$(IMG)/fuzz/h_fuzz.o $(OUT)/k/$(IMG)/fuzz/h_fuzz_write.o $(IMGOBJ)

$(OUT)/$(IMG)/%.o: $(IMG)/%.c
	@mkdir -p $(@D)
	@$(CC) $(HFLAGS) -c $< -o $@

$(OUT)/image/walk_%: $(OUT)/k/$(IMG)/walk_%.o $(IMGOBJ) $(OUT)/librump.a
	@mkdir -p $(@D)
	@$(LINK)

$(OUT)/image/workout_%: $(OUT)/k/$(IMG)/workout_%.o $(OUT)/k/$(IMG)/workout.o $(OUT)/k/$(IMG)/workout_storm.o $(IMGOBJ) $(OUT)/librump.a
	@mkdir -p $(@D)
	@$(LINK)

$(OUT)/image/check_%: $(OUT)/k/$(IMG)/check_%.o $(OUT)/k/$(IMG)/check.o $(OUT)/k/tests/h_%_check.o $(OUT)/k/tests/h_%_newfs.o $(IMGOBJ) $(OUT)/librump.a
	@mkdir -p $(@D)
	@$(LINK)

$(OUT)/image/fuzz_%: $(OUT)/k/$(IMG)/fuzz/fuzz_%.o $(IMGFUZZ) $(OUT)/librump.a
	@mkdir -p $(@D)
	@$(LINK) -fsanitize=fuzzer

$(OUT)/image/replay_%: $(OUT)/k/$(IMG)/fuzz/fuzz_%.o $(OUT)/$(IMG)/replay.o $(IMGFUZZ) $(OUT)/librump.a
	@mkdir -p $(@D)
	@$(LINK)

.PHONY: images workout workout-ffs workout-v7fs workout-msdos cut-ext2 image-fuzz image-regress
ifeq ($(VARIANT),native)
images workout workout-ffs workout-v7fs workout-msdos cut-ext2 image-regress:
	@$(MAKE) --no-print-directory VARIANT=test $@
image-fuzz:
	@$(MAKE) --no-print-directory VARIANT=fuzz $@
else
images: $(OUT)/image/walk_cd9660 $(OUT)/image/walk_ffs $(OUT)/image/walk_ext2fs $(OUT)/image/walk_msdos $(OUT)/image/walk_v7fs
	@$(IMG)/images.sh $(OUT)/image
workout: $(OUT)/image/workout_ext2fs $(OUT)/image/walk_ext2fs workout-ffs workout-v7fs workout-msdos cut-ext2
	@$(IMG)/workout.sh $(OUT)/image
cut-ext2: $(OUT)/tests/t_ext2_cut $(OUT)/image/walk_ext2fs
	@$(IMG)/cut_ext2.sh $(OUT)/tests $(OUT)/image
workout-ffs: $(OUT)/image/workout_ffs $(OUT)/image/check_ffs $(OUT)/image/walk_ffs
	@$(IMG)/workout_ffs.sh $(OUT)/image
workout-v7fs: $(OUT)/image/workout_v7fs $(OUT)/image/check_v7fs
	@$(IMG)/workout_v7fs.sh $(OUT)/image
workout-msdos: $(OUT)/image/workout_msdos $(OUT)/image/walk_msdos $(OUT)/tests/t_msdos
	@$(IMG)/workout_msdos.sh $(OUT)/image
image-fuzz: $(OUT)/image/fuzz_cd9660 $(OUT)/image/fuzz_ffs $(OUT)/image/fuzz_ext2fs $(OUT)/image/fuzz_msdos $(OUT)/image/fuzz_v7fs
image-regress: $(OUT)/image/replay_cd9660 $(OUT)/image/replay_ffs $(OUT)/image/replay_ext2fs $(OUT)/image/replay_msdos $(OUT)/image/replay_v7fs
	@for t in cd9660 ffs ext2fs msdos v7fs; do \
	    RUMP_QUIET=1 ASAN_OPTIONS=detect_leaks=0 timeout 120 \
	    $(OUT)/image/replay_$$t $(IMG)/fuzz/regress/$$t/* >$(OUT)/image/$$t.log 2>&1 || \
	    { tail -40 $(OUT)/image/$$t.log; exit 1; }; \
	    echo "replay_$$t: `tail -1 $(OUT)/image/$$t.log`"; done
ifeq ($(VARIANT),test)
test: image-regress
endif
endif
