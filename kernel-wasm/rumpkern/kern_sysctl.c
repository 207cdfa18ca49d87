/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_sysctl.c - the tree of sysctl(3) and the calls of sysctl(9).
 *
 * A node of type CTLTYPE_NODE has an array of children; an array that grows
 * moves, so parents are set again afterwards and no pointer to a node is kept
 * outside the tree (sysctl_createv() gives them out only until the next one).
 *
 * Locking	s: sysctl_treelock, held over handlers: readers for a look,
 *		writer to change values or the tree.
 * Errors	as sysctl(3): ENOENT, EISDIR, ENOTDIR, EPERM, EINVAL, ENOMEM.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/intr.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/ktrace.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/rwlock.h>
#include <sys/syscallargs.h>
#include <sys/sysctl.h>

static krwlock_t sysctl_treelock;

struct sysctlnode sysctl_root = {
	.sysctl_flags = SYSCTL_VERSION | CTLFLAG_ROOT | CTLFLAG_READWRITE |
	    CTLTYPE_NODE,
	.sysctl_name = "(root)",
	.sysctl_size = sizeof(struct sysctlnode),
};

__link_set_decl(sysctl_funcs, const sysctl_setup_func);

void
sysctl_init(void)
{
	const sysctl_setup_func *const *fp;

	rw_init(&sysctl_treelock);
	sysctl_basenode_init();
	for (fp = __link_set_start(sysctl_funcs);
	    fp < __link_set_end(sysctl_funcs); fp++)
		(**fp)(NULL);
}

void
sysctl_lock(bool write)
{

	rw_enter(&sysctl_treelock, write ? RW_WRITER : RW_READER);
}

void
sysctl_unlock(void)
{

	rw_exit(&sysctl_treelock);
}

void
sysctl_relock(void)
{

	rw_enter(&sysctl_treelock, RW_WRITER);
}

int
sysctl_copyin(struct lwp *l, const void *u, void *k, size_t len)
{

	if (l == NULL) {
		memcpy(k, u, len);
		return 0;
	}
	return copyin(u, k, len);
}

int
sysctl_copyout(struct lwp *l, const void *k, void *u, size_t len)
{

	if (l == NULL) {
		memcpy(u, k, len);
		return 0;
	}
	return copyout(k, u, len);
}

int
sysctl_copyinstr(struct lwp *l, const void *u, void *k, size_t len,
    size_t *donep)
{

	return l == NULL ? copystr(u, k, len, donep) :
	    copyinstr(u, k, len, donep);
}

struct sysctlnode *
sysctl_node_child(const struct sysctlnode *parent, int num)
{

	for (u_int i = 0; i < parent->sysctl_clen; i++) {
		struct sysctlnode *n = &parent->sysctl_child[i];

		if (n->sysctl_num == num ||
		    ((SYSCTL_FLAGS(parent->sysctl_flags) &
		    CTLFLAG_ANYNUMBER) != 0 && num >= 0))
			return n;
	}
	return NULL;
}

struct sysctlnode *
sysctl_node_byname(const struct sysctlnode *parent, const char *name, size_t len)
{

	for (u_int i = 0; i < parent->sysctl_clen; i++) {
		struct sysctlnode *n = &parent->sysctl_child[i];

		if (strlen(n->sysctl_name) == len &&
		    memcmp(n->sysctl_name, name, len) == 0)
			return n;
	}
	return NULL;
}

/* How far the name leads: the last node, and the components used up. */
int
sysctl_locate(struct lwp *l, const int *name, u_int namelen,
    const struct sysctlnode **rnode, int *nip)
{
	const struct sysctlnode *node, *next;
	u_int i;

	node = *rnode != NULL ? *rnode : &sysctl_root;
	for (i = 0; i < namelen; i++) {
		if (SYSCTL_TYPE(node->sysctl_flags) != CTLTYPE_NODE)
			break;
		if (node->sysctl_func != NULL && node != &sysctl_root)
			break;		/* it handles the rest */
		if (name[i] < 0)
			break;		/* QUERY and the like */
		if ((next = sysctl_node_child(node, name[i])) == NULL) {
			*nip = (int)i;
			*rnode = node;
			return ENOENT;
		}
		node = next;
	}
	*nip = (int)i;
	*rnode = node;
	return SYSCTL_TYPE(node->sysctl_flags) != CTLTYPE_NODE && i < namelen ?
	    ENOTDIR : 0;
}

/* Value of a node: the standard handler, also called by others. */
int
sysctl_lookup(SYSCTLFN_ARGS)
{
	size_t size = rnode->sysctl_size;
	int error = 0, type = (int)SYSCTL_TYPE(rnode->sysctl_flags);
	void *data;

	if (namelen != 0)
		return type == CTLTYPE_NODE ? EISDIR : ENOTDIR;
	if (type == CTLTYPE_NODE)
		return EISDIR;
	if ((rnode->sysctl_flags & CTLFLAG_PRIVATE) != 0 && l != NULL &&
	    (error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_SYSCTL,
	    KAUTH_REQ_SYSTEM_SYSCTL_PRVT, NULL, NULL, NULL)) != 0)
		return error;
	if ((rnode->sysctl_flags & CTLFLAG_IMMEDIATE) != 0)
		data = __UNCONST(&rnode->sysctl_un);
	else
		data = rnode->sysctl_data;
	if (data == NULL)
		return EINVAL;
	if (type == CTLTYPE_STRING && newp == NULL)
		size = strnlen(data, size != 0 ? size - 1 : 1024) + 1;
	if (oldlenp != NULL) {
		if (oldp != NULL) {
			size_t n = MIN(*oldlenp, size);

			error = sysctl_copyout(l, data, oldp, n);
			if (error == 0 && *oldlenp < size)
				error = ENOMEM;
		}
		*oldlenp = size;
		if (error != 0)
			return error;
	}
	if (newp == NULL || newlen == 0)
		return 0;
	if ((rnode->sysctl_flags & (CTLFLAG_READWRITE | CTLFLAG_ANYWRITE)) == 0)
		return EPERM;
	if (l != NULL && (rnode->sysctl_flags & CTLFLAG_ANYWRITE) == 0 &&
	    (error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_SYSCTL,
	    KAUTH_REQ_SYSTEM_SYSCTL_MODIFY, NULL, NULL, NULL)) != 0)
		return error;
	if (type == CTLTYPE_STRING) {
		char *buf;

		if (newlen > rnode->sysctl_size ||
		    (newlen == rnode->sysctl_size && l == NULL))
			return EINVAL;
		buf = kmem_zalloc(newlen + 1, KM_SLEEP);
		error = sysctl_copyin(l, newp, buf, newlen);
		if (error == 0)
			strlcpy(data, buf, rnode->sysctl_size);
		kmem_free(buf, newlen + 1);
		return error;
	}
	if (newlen != rnode->sysctl_size)
		return EINVAL;
	return sysctl_copyin(l, newp, data, newlen);
}

/* CTL_QUERY: the children, as structures without kernel pointers. */
int
sysctl_query(SYSCTLFN_ARGS)
{
	size_t left = oldp != NULL && oldlenp != NULL ? *oldlenp : 0, out = 0;
	struct sysctlnode copy;
	char *ucp = oldp;
	int error = 0;

	if (SYSCTL_TYPE(rnode->sysctl_flags) != CTLTYPE_NODE)
		return ENOTDIR;
	if (namelen != 1 || name[0] != CTL_QUERY)
		return EINVAL;
	if (newp != NULL) {
		if (newlen < sizeof(uint32_t))
			return EINVAL;
		error = sysctl_copyin(l, newp, &copy, sizeof(uint32_t));
		if (error != 0)
			return error;
		if (SYSCTL_VERS(copy.sysctl_flags) != SYSCTL_VERSION)
			return EINVAL;
	}
	for (u_int i = 0; i < rnode->sysctl_clen; i++) {
		const struct sysctlnode *n = &rnode->sysctl_child[i];

		if ((n->sysctl_flags & CTLFLAG_HIDDEN) != 0)
			continue;
		copy = *n;
		copy.sysctl_func_slot = copy.sysctl_parent_slot =
		    copy.sysctl_desc_slot = 0;
		if (SYSCTL_TYPE(n->sysctl_flags) == CTLTYPE_NODE)
			copy.sysctl_un.scu_child.suc_child_slot = 0;
		else if ((n->sysctl_flags & CTLFLAG_IMMEDIATE) == 0)
			copy.sysctl_un.scu_data.sud_data_slot = 0;
		if (left >= sizeof(copy)) {
			error = sysctl_copyout(l, &copy, ucp, sizeof(copy));
			if (error != 0)
				return error;
			ucp += sizeof(copy);
			left -= sizeof(copy);
		} else if (oldp != NULL)
			error = ENOMEM;
		out += sizeof(copy);
	}
	if (oldlenp != NULL)
		*oldlenp = out;
	return error;
}

/* CTL_DESCRIBE: texts of the children, or of the one named in newp. */
int
sysctl_describe(SYSCTLFN_ARGS)
{
	size_t left = oldp != NULL && oldlenp != NULL ? *oldlenp : 0, out = 0;
	struct sysctlnode which;
	bool one = false;
	char *ucp = oldp, *buf;
	int error = 0;

	if (SYSCTL_TYPE(rnode->sysctl_flags) != CTLTYPE_NODE)
		return ENOTDIR;
	if (newp != NULL) {
		if (newlen != sizeof(which))
			return EINVAL;
		error = sysctl_copyin(l, newp, &which, sizeof(which));
		if (error != 0)
			return error;
		one = true;
	}
	buf = kmem_alloc(1024, KM_SLEEP);
	for (u_int i = 0; i < rnode->sysctl_clen && error == 0; i++) {
		const struct sysctlnode *n = &rnode->sysctl_child[i];
		struct sysctldesc *d = (struct sysctldesc *)(void *)buf;
		size_t len;

		if (one && n->sysctl_num != which.sysctl_num)
			continue;
		memset(buf, 0, 1024);
		d->descr_num = n->sysctl_num;
		d->descr_ver = n->sysctl_ver;
		if (n->sysctl_desc != NULL)
			strlcpy(d->descr_str, n->sysctl_desc, 900);
		d->descr_len = (uint32_t)strlen(d->descr_str) + 1;
		len = (size_t)((char *)NEXT_DESCR(d) - buf);
		if (left >= len) {
			error = sysctl_copyout(l, d, ucp, len);
			ucp += len;
			left -= len;
		} else if (oldp != NULL)
			error = ENOMEM;
		out += len;
	}
	kmem_free(buf, 1024);
	if (oldlenp != NULL)
		*oldlenp = out;
	return error;
}

int
sysctl_null(SYSCTLFN_ARGS)
{

	return 0;
}

int
sysctl_notavail(SYSCTLFN_ARGS)
{

	if (namelen == 1 && name[0] == CTL_QUERY)
		return sysctl_query(SYSCTLFN_CALL(rnode));
	return EOPNOTSUPP;
}

int
sysctl_needfunc(SYSCTLFN_ARGS)
{

	return sysctl_lookup(SYSCTLFN_CALL(rnode));
}

/* Find who answers.  sysctl_treelock is held. */
int
sysctl_dispatch(SYSCTLFN_ARGS)
{
	const struct sysctlnode *node = rnode;
	sysctlfn fn;
	int error, ni = 0;

	error = sysctl_locate(l, name, namelen, &node, &ni);
	if (error != 0)
		return error;
	name += ni;
	namelen -= (u_int)ni;
	if (node->sysctl_func != NULL)
		fn = node->sysctl_func;
	else if (namelen == 0)
		fn = sysctl_lookup;
	else {
		switch (name[0]) {
		case CTL_QUERY:
			fn = sysctl_query;
			break;
		case CTL_DESCRIBE:
			fn = sysctl_describe;
			break;
		case CTL_CREATE:
		case CTL_CREATESYM:
		case CTL_DESTROY:
			return EPERM;	/* from inside the kernel only */
		default:
			return EOPNOTSUPP;
		}
	}
	return (*fn)(SYSCTLFN_CALL(node));
}

int
sys___sysctl(struct lwp *l, const struct sys___sysctl_args *uap,
    register_t *retval)
{
	int error, name[CTL_MAXNAME];
	size_t oldlen = 0;

	if (SCARG(uap, namelen) > CTL_MAXNAME || SCARG(uap, namelen) < 1)
		return EINVAL;
	if (SCARG(uap, oldlenp) != NULL) {
		error = copyin(SCARG(uap, oldlenp), &oldlen, sizeof(oldlen));
		if (error != 0)
			return error;
	}
	error = copyin(SCARG(uap, name), name,
	    SCARG(uap, namelen) * sizeof(name[0]));
	if (error != 0)
		return error;
	if (KTRPOINT(l->l_proc, KTR_MIB))
		ktr_mib(name, SCARG(uap, namelen));
	sysctl_lock(SCARG(uap, newv) != NULL);
	error = sysctl_dispatch(name, SCARG(uap, namelen), SCARG(uap, oldv),
	    &oldlen, SCARG(uap, newv), SCARG(uap, newlen), name, l, NULL);
	sysctl_unlock();
	if (SCARG(uap, oldlenp) != NULL && (error == 0 || error == ENOMEM)) {
		int error1 = copyout(&oldlen, SCARG(uap, oldlenp),
		    sizeof(oldlen));

		if (error == 0)
			error = error1;
	}
	return error;
}

int
old_sysctl(int *name, u_int namelen, void *oldp, size_t *oldlenp, void *newp,
    size_t newlen, struct lwp *l)
{
	int error;

	sysctl_lock(newp != NULL);
	error = sysctl_dispatch(name, namelen, oldp, oldlenp, newp, newlen,
	    name, l, NULL);
	sysctl_unlock();
	return error;
}

int
sysctlgetmibinfo(const char *path, int *mib, u_int *lenp)
{
	const struct sysctlnode *node = &sysctl_root;
	u_int n = 0;

	sysctl_lock(false);
	while (*path != '\0' && n < *lenp) {
		size_t len = strcspn(path, ".");

		if (SYSCTL_TYPE(node->sysctl_flags) != CTLTYPE_NODE ||
		    (node = sysctl_node_byname(node, path, len)) == NULL) {
			sysctl_unlock();
			return ENOENT;
		}
		mib[n++] = node->sysctl_num;
		path += len + (path[len] == '.');
	}
	sysctl_unlock();
	*lenp = n;
	return *path == '\0' ? 0 : ENOMEM;
}
