# SPDX-License-Identifier: BSD-2-Clause
#
# Images made by others, and damaged ones.  Included by ../../Makefile.
#
#   make images              images.sh: walk what makefs, genisoimage, xorriso made
#   make image-regress       replay stored inputs of the fuzzers (part of test)
#   make image-fuzz          build the fuzzers: out/host-fuzz/image/fuzz_*

IMG	:= tests/image
IMGOBJ	:= $(OUT)/k/$(IMG)/walk.o $(OUT)/$(IMG)/host.o

$(OUT)/$(IMG)/%.o: $(IMG)/%.c
	@mkdir -p $(@D)
	@$(CC) $(HFLAGS) -c $< -o $@

$(OUT)/image/walk_%: $(OUT)/k/$(IMG)/walk_%.o $(IMGOBJ) $(OUT)/librump.a
	@mkdir -p $(@D)
	@$(LINK)

$(OUT)/image/fuzz_%: $(OUT)/k/$(IMG)/fuzz/fuzz_%.o $(OUT)/k/$(IMG)/fuzz/h_fuzz.o $(IMGOBJ) $(OUT)/librump.a
	@mkdir -p $(@D)
	@$(LINK) -fsanitize=fuzzer

.PHONY: images image-fuzz image-regress
ifeq ($(VARIANT),native)
images:
	@$(MAKE) --no-print-directory VARIANT=test images
image-fuzz image-regress:
	@$(MAKE) --no-print-directory VARIANT=fuzz $@
else
images: $(OUT)/image/walk_cd9660 $(OUT)/image/walk_ffs
	@$(IMG)/images.sh $(OUT)/image
image-fuzz: $(OUT)/image/fuzz_cd9660 $(OUT)/image/fuzz_ffs
image-regress: image-fuzz
	@for t in cd9660 ffs; do \
	    ASAN_OPTIONS=detect_leaks=0 RUMP_QUIET=1 $(OUT)/image/fuzz_$$t \
	    $(IMG)/fuzz/regress/$$t/* >/dev/null 2>$(OUT)/image/regress.$$t || \
	    { tail -40 $(OUT)/image/regress.$$t; exit 1; }; \
	    echo "ok: regress/$$t"; done
endif
