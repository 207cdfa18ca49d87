/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_module.c - module(9): parts with a name, dependencies and an end.
 *
 * All modules are linked in or brought by the host's loader.  A builtin
 * module is known first and initialised with its class at boot, or later on
 * request; the modules it requires come before it.
 *
 * Locking	module_lock, recursive for its owner: lists and counts.  It is
 *		held while a module's command runs.
 * Sleeps	yes.
 * Errors	ENOENT unknown, EEXIST already there, EBUSY in use, EINVAL.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/intr.h>
#include <sys/kauth.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/module.h>
#include <sys/mutex.h>
#include <sys/syscallargs.gen.h>
#include <sys/uio.h>

#include "rump_private.h"

__link_set_decl(modules, const modinfo_t);

struct modlist module_list = TAILQ_HEAD_INITIALIZER(module_list);
u_int module_count;
static struct modlist module_builtins = TAILQ_HEAD_INITIALIZER(module_builtins);
static kmutex_t module_lock;
static int module_depth;

void
module_lock_enter(void)
{

	if (!mutex_owned(&module_lock))
		mutex_enter(&module_lock);
	module_depth++;
}

void
module_lock_exit(void)
{

	KASSERT(mutex_owned(&module_lock) && module_depth > 0);
	if (--module_depth == 0)
		mutex_exit(&module_lock);
}

bool
module_held(void)
{

	return mutex_owned(&module_lock);
}

void
module_init(void)
{
	const modinfo_t *const *mip;

	mutex_init(&module_lock, MUTEX_DEFAULT, IPL_NONE);
	for (mip = __link_set_start(modules); mip < __link_set_end(modules);
	    mip++)
		(void)module_builtin_add(mip, 1, false);
}

static module_t *
lookup_in(struct modlist *list, const char *name)
{
	module_t *mod;

	TAILQ_FOREACH(mod, list, mod_chain) {
		if (strcmp(mod->mod_info->mi_name, name) == 0)
			break;
	}
	return mod;
}

module_t *
module_lookup(const char *name)
{

	KASSERT(module_held());
	return lookup_in(&module_list, name);
}

static int module_do_init(module_t *, void *, int);

/* Initialise the modules named in mi_required, and hold them. */
static int
module_require(module_t *mod, int depth)
{
	char names[MAXMODNAME * MAXMODDEPS], *at = names, *name;
	module_t *dep;
	int error;

	if (mod->mod_info->mi_required == NULL)
		return 0;
	strlcpy(names, mod->mod_info->mi_required, sizeof(names));
	while ((name = strsep(&at, ",")) != NULL) {
		if (*name == '\0')
			continue;
		if (mod->mod_nrequired == MAXMODDEPS)
			return EINVAL;
		if ((dep = module_lookup(name)) == NULL) {
			if ((dep = lookup_in(&module_builtins, name)) == NULL)
				return ENOENT;
			if ((error = module_do_init(dep, NULL, depth + 1)) != 0)
				return error;
		}
		dep->mod_refcnt++;
		mod->mod_required[mod->mod_nrequired++] = dep;
	}
	return 0;
}

static void
module_unrequire(module_t *mod)
{

	while (mod->mod_nrequired != 0)
		mod->mod_required[--mod->mod_nrequired]->mod_refcnt--;
}

/* Move a module from the builtins to the list of the initialised. */
static int
module_do_init(module_t *mod, void *props, int depth)
{
	int error;

	if (depth > MAXMODDEPS) {
		aprint_error("module %s: circular dependency\n",
		    mod->mod_info->mi_name);
		return EMLINK;
	}
	if ((error = module_require(mod, depth)) == 0)
		error = mod->mod_info->mi_modcmd(MODULE_CMD_INIT, props);
	if (error != 0) {
		aprint_error("module %s: init failed, error %d\n",
		    mod->mod_info->mi_name, error);
		module_unrequire(mod);
		return error;
	}
	TAILQ_REMOVE(&module_builtins, mod, mod_chain);
	TAILQ_INSERT_TAIL(&module_list, mod, mod_chain);
	module_count++;
	return 0;
}

static int
module_do_fini(module_t *mod)
{
	int error;

	if (mod->mod_refcnt != 0)
		return EBUSY;
	if ((error = mod->mod_info->mi_modcmd(MODULE_CMD_FINI, NULL)) != 0)
		return error;
	module_unrequire(mod);
	TAILQ_REMOVE(&module_list, mod, mod_chain);
	TAILQ_INSERT_TAIL(&module_builtins, mod, mod_chain);
	module_count--;
	return 0;
}

int
module_builtin_add(const modinfo_t *const *mip, size_t n, bool init)
{
	module_t *mod;
	int error = 0;
	size_t i;

	module_lock_enter();
	for (i = 0; i < n; i++) {
		if (lookup_in(&module_list, mip[i]->mi_name) != NULL ||
		    lookup_in(&module_builtins, mip[i]->mi_name) != NULL) {
			error = EEXIST;
			continue;
		}
		mod = kmem_zalloc(sizeof(*mod), KM_SLEEP);
		mod->mod_info = mip[i];
		mod->mod_source = MODULE_SOURCE_KERNEL;
		TAILQ_INSERT_TAIL(&module_builtins, mod, mod_chain);
		if (init && error == 0)
			error = module_do_init(mod, NULL, 0);
	}
	module_lock_exit();
	return error;
}

int
module_builtin_remove(const modinfo_t *mi, bool fini)
{
	module_t *mod;
	int error = 0;

	module_lock_enter();
	if ((mod = module_lookup(mi->mi_name)) != NULL)
		error = fini ? module_do_fini(mod) : EBUSY;
	else if (lookup_in(&module_builtins, mi->mi_name) == NULL)
		error = ENOENT;
	if (error == 0) {
		mod = lookup_in(&module_builtins, mi->mi_name);
		TAILQ_REMOVE(&module_builtins, mod, mod_chain);
		kmem_free(mod, sizeof(*mod));
	}
	module_lock_exit();
	return error;
}

/* A file system without the file system faction has nobody to talk to. */
static bool
module_usable(const module_t *mod)
{

	return mod->mod_info->mi_class != MODULE_CLASS_VFS ||
	    rump_component_count(RUMP__FACTION_VFS) != 0;
}

/* Initialise the builtins of a class; what fails stays out. */
void
module_init_class(modclass_t class)
{
	module_t *mod;
	bool again = true;

	module_lock_enter();
	while (again) {
		again = false;
		TAILQ_FOREACH(mod, &module_builtins, mod_chain) {
			if ((class != MODULE_CLASS_ANY &&
			    mod->mod_info->mi_class != class) ||
			    (mod->mod_flags & MODFLG_BUILTIN_INIT) != 0 ||
			    !module_usable(mod))
				continue;
			mod->mod_flags |= MODFLG_BUILTIN_INIT;
			(void)module_do_init(mod, NULL, 0);
			again = true;	/* the list has changed */
			break;
		}
	}
	module_lock_exit();
}

int
module_load(const char *name, int flags, void *props, modclass_t class)
{
	module_t *mod;
	int error;

	module_lock_enter();
	if (module_lookup(name) != NULL)
		error = EEXIST;
	else if ((mod = lookup_in(&module_builtins, name)) == NULL ||
	    (class != MODULE_CLASS_ANY && mod->mod_info->mi_class != class))
		error = ENOENT;
	else
		error = module_do_init(mod, props, 0);
	module_lock_exit();
	return error;
}

int
module_autoload(const char *name, modclass_t class)
{

	return module_load(name, 0, NULL, class);
}

int
module_unload(const char *name)
{
	module_t *mod;
	int error;

	module_lock_enter();
	mod = module_lookup(name);
	error = mod == NULL ? ENOENT : module_do_fini(mod);
	module_lock_exit();
	return error;
}

int
module_hold(const char *name)
{
	module_t *mod;

	module_lock_enter();
	if ((mod = module_lookup(name)) != NULL)
		mod->mod_refcnt++;
	module_lock_exit();
	return mod == NULL ? ENOENT : 0;
}

void
module_rele(const char *name)
{
	module_t *mod;

	module_lock_enter();
	mod = module_lookup(name);
	KASSERT(mod != NULL && mod->mod_refcnt > 0);
	mod->mod_refcnt--;
	module_lock_exit();
}

/* The host's loader has found modules in an object. */
void
rump_dl_modinit(const struct modinfo *const *mip, size_t n)
{

	(void)module_builtin_add(mip, n, !cold);
}

int
rump_dl_symload(void *symtab, uint64_t symsize, char *strtab, uint64_t strsize)
{
	static int loaded;

	return __atomic_exchange_n(&loaded, 1, __ATOMIC_ACQ_REL) ? EBUSY : 0;
}

/*
 * modctl(2).
 */
static void
modstat_fill(modstat_t *ms, const module_t *mod)
{
	const modinfo_t *mi = mod->mod_info;

	memset(ms, 0, sizeof(*ms));
	strlcpy(ms->ms_name, mi->mi_name, sizeof(ms->ms_name));
	if (mi->mi_required != NULL)
		strlcpy(ms->ms_required, mi->mi_required,
		    sizeof(ms->ms_required));
	ms->ms_source = mod->mod_source;
	ms->ms_class = mi->mi_class;
	ms->ms_refcnt = mod->mod_refcnt;
}

/* The iovec says where to; it gets the length of the whole. */
static int
modctl_stat(void *arg)
{
	struct iovec iov;
	modstat_t *ms;
	module_t *mod;
	size_t n = 0, max, len;
	int error;

	if ((error = copyin(arg, &iov, sizeof(iov))) != 0)
		return error;
	module_lock_enter();
	max = module_count;
	ms = max == 0 ? NULL : kmem_zalloc(max * sizeof(*ms), KM_SLEEP);
	TAILQ_FOREACH(mod, &module_list, mod_chain)
		modstat_fill(&ms[n++], mod);
	module_lock_exit();
	KASSERT(n == max);
	len = MIN(iov.iov_len, n * sizeof(*ms));
	if (len != 0)
		error = copyout(ms, iov.iov_base, len);
	if (ms != NULL)
		kmem_free(ms, max * sizeof(*ms));
	iov.iov_len = n * sizeof(*ms);
	return error != 0 ? error : copyout(&iov, arg, sizeof(iov));
}

static int
modctl_load(void *arg)
{
	char name[MAXMODNAME];
	modctl_load_t ml;
	int error;

	if ((error = copyin(arg, &ml, sizeof(ml))) != 0 ||
	    (error = copyinstr(ml.ml_filename, name, sizeof(name), NULL)) != 0)
		return error;
	return module_load(name, ml.ml_flags, NULL, MODULE_CLASS_ANY);
}

int
sys_modctl(struct lwp *l, const struct sys_modctl_args *uap,
    register_t *retval)
{
	void *arg = SCARG(uap, arg);
	char name[MAXMODNAME];
	int error;

	if (SCARG(uap, cmd) != MODCTL_STAT &&
	    (error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_MODULE, 0,
	    KAUTH_ARG(SCARG(uap, cmd)), NULL, NULL)) != 0)
		return error;
	switch (SCARG(uap, cmd)) {
	case MODCTL_LOAD:
		return modctl_load(arg);
	case MODCTL_UNLOAD:
		if ((error = copyinstr(arg, name, sizeof(name), NULL)) != 0)
			return error;
		return module_unload(name);
	case MODCTL_STAT:
		return modctl_stat(arg);
	case MODCTL_EXISTS:
		return 0;
	default:
		return EINVAL;
	}
}
