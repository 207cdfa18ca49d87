// SPDX-License-Identifier: BSD-2-Clause
/** The list of images. */
import { useUi } from '../system_context';
import AddressForm from './AddressForm';
import { ImageCard } from './ImageCard';
import { ImageChooser } from './ImageChooser';
import StorageLine from './StorageLine';

export default function ImagesPanel() {
  const images = useUi((state) => state.images);
  const durable = useUi((state) => state.imagesDurable);
  const problem = useUi((state) => state.imagesProblem);
  return (
    <section className="section">
      <h2 className="visually-hidden">Images</h2>
      <ImageChooser />
      <AddressForm />
      {durable === 'memory' && (
        <p className="advice" data-tone="warn">
          This window keeps nothing: the browser gives it no storage (often a private window). Images work, and are gone
          after a reload. Open the page in a normal window to keep them.
        </p>
      )}
      {problem && (
        <p className="advice" data-tone="bad">
          The images kept here cannot be read ({problem}). They are still stored and nothing was changed; reload the
          page, and if it stays so, restart the browser.
        </p>
      )}
      {images.length === 0 && (
        <p className="empty">No images yet. One made by genisoimage, xorriso or makefs will do.</p>
      )}
      <ul className="images">
        {images.map((entry) => (
          <ImageCard key={entry.id} entry={entry} />
        ))}
      </ul>
      {durable === 'kept' && <StorageLine />}
    </section>
  );
}
