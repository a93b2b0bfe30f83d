/** What cards show beside pictures, loaded in one part. */

export { MovingPicture } from './MovingPicture'
export { ShortPreview } from './ShortPreview'
export { toldOf } from './told'
