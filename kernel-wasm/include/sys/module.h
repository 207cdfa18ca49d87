/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sys/module.h - module(9).
 */

#ifndef _SYS_MODULE_H_
#define _SYS_MODULE_H_

#include <sys/types.h>
#include <sys/queue.h>

#define	MAXMODNAME	32
#define	MAXMODDEPS	10

typedef enum modclass {
	MODULE_CLASS_ANY,
	MODULE_CLASS_MISC,
	MODULE_CLASS_VFS,
	MODULE_CLASS_DRIVER,
	MODULE_CLASS_EXEC,
	MODULE_CLASS_SECMODEL,
	MODULE_CLASS_BUFQ,
	MODULE_CLASS_MAX,
} modclass_t;

typedef enum modsrc {
	MODULE_SOURCE_KERNEL,
	MODULE_SOURCE_BOOT,
	MODULE_SOURCE_FILESYS,
} modsrc_t;

typedef enum modcmd {
	MODULE_CMD_INIT,
	MODULE_CMD_FINI,
	MODULE_CMD_STAT,
	MODULE_CMD_AUTOUNLOAD,
} modcmd_t;

typedef struct modinfo {
	u_int		mi_version;
	modclass_t	mi_class;
	int		(*mi_modcmd)(modcmd_t, void *);
	const char	*mi_name;
	const char	*mi_required;	/* comma list of modules, or NULL */
} const modinfo_t;

typedef struct module {
	u_int		mod_refcnt;
	const modinfo_t	*mod_info;
	struct module	*mod_required[MAXMODDEPS];
	u_int		mod_nrequired;
	modsrc_t	mod_source;
	int		mod_flags;
	TAILQ_ENTRY(module) mod_chain;
} module_t;

#define	MODFLG_MUST_FORCE	0x00000001
#define	MODFLG_BUILTIN_INIT	0x00000002	/* ours: initialised */

#define	MODULE(class, name, required)					\
static int name##_modcmd(modcmd_t, void *);				\
static const modinfo_t name##_modinfo = {				\
	.mi_version = __NetBSD_Version__,				\
	.mi_class = (class),						\
	.mi_modcmd = name##_modcmd,					\
	.mi_name = __STRING(name),					\
	.mi_required = (required),					\
};									\
__link_set_add_rodata(modules, name##_modinfo)

TAILQ_HEAD(modlist, module);
extern struct modlist module_list;	/* module_lock */
extern u_int module_count;

void	module_init(void);
int	module_builtin_add(const modinfo_t *const *, size_t, bool);
int	module_builtin_remove(const modinfo_t *, bool);
void	module_init_class(modclass_t);
int	module_load(const char *, int, void *, modclass_t);
int	module_unload(const char *);
int	module_autoload(const char *, modclass_t);
int	module_hold(const char *);
void	module_rele(const char *);
module_t *module_lookup(const char *);
bool	module_held(void);
void	module_lock_enter(void);
void	module_lock_exit(void);

/* modctl(2) */
typedef struct modctl_load {
	const char	*ml_filename;
	int		ml_flags;
	const char	*ml_props;
	size_t		ml_propslen;
} modctl_load_t;

typedef struct modstat {
	char		ms_name[MAXMODNAME];
	char		ms_required[MAXMODNAME * MAXMODDEPS];
	uint64_t	ms_addr;
	modsrc_t	ms_source;
	modclass_t	ms_class;
	u_int		ms_size;
	u_int		ms_refcnt;
	u_int		ms_flags;
	u_int		ms_reserved[4];
} modstat_t;

enum { MODCTL_LOAD, MODCTL_UNLOAD, MODCTL_STAT, MODCTL_EXISTS };

#endif /* _SYS_MODULE_H_ */
